"""Signing in through an outside OpenID Connect provider: django-allauth's flow, made strict.

allauth takes the ID token of a code flow without its signature and knows no nonce (65.21); here both are checked, with
the issuer, the audience and the times, and userinfo must speak of the same subject (docs/decisions/0064-outside-sign-in.md).
"""
