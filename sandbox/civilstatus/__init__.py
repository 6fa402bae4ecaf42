"""A simulated register of civil status acts as older ones are: SOAP 1.1, described by a WSDL, basic authentication."""
