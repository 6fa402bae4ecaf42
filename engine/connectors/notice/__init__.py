"""The connector `notice`: tells the applicant something, in the inbox, by mail and by SMS.

In: templates of notices (checked and filled), the mail server, the SMS gateway. Out: contacts and quiet hours
(`engine.casework.contact`), what is kept of a notice (`engine.runtime.keep_notice`), the inbox (`api.inbox`). It is
made by `onewindow`, which hands in what it reads from the database.
"""

from engine.connectors.notice.connector import NoticeConnector
from engine.connectors.notice.mail import Mail, MailServer, Security
from engine.connectors.notice.sms import Sms, SmsGateway
from engine.connectors.notice.templates import NoticeTemplates

__all__ = ["Mail", "MailServer", "NoticeConnector", "NoticeTemplates", "Security", "Sms", "SmsGateway"]
