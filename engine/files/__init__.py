"""Files of citizens and agencies: where their content is kept, what it is, and whether it may be taken in.

In: storage by hash on disk or on S3-compatible storage, kinds told by content, bounds against bombs, names made safe,
the malware scanner. Out: whose a file is and who may read it (`casework.attachment`, `casework.document`), rows
(`store`). May import errors, identity and clock; may be imported by all rooms above the pure ones.
"""
