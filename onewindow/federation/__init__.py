"""Identity providers outside: people sign in there, and programs come with tokens that were issued there.

In: the operator's file of providers, calls to them, what of their word is believed, and what it means for accounts
here. Out: sessions themselves (`onewindow.sign_in`), our own tokens (`onewindow.tokens`). Sources: OpenID Connect Core
1.0 and Discovery 1.0, Back-Channel Logout 1.0, RP-Initiated Logout 1.0; RFC 6749, 7636 (PKCE), 9068 (access tokens),
9207 (issuer in the answer), 9700 (best current practice). Put together by `onewindow.credentials`.
"""
