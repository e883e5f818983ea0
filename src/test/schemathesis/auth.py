"""Authenticates schemathesis. An access token is valid for ten minutes, so a long run needs several.

The password is used only once: the run causes hundreds of failed sign-ins, after which further
sign-ins from its address are delayed. Refresh tokens are not.
"""

import json
import os
import urllib.error
import urllib.parse
import urllib.request

import schemathesis


@schemathesis.auth(refresh_interval=240)
class PasswordGrant:
    refresh_token = None

    def get(self, case, ctx):
        if self.refresh_token:
            try:
                return self._tokens(grant_type="refresh_token", refresh_token=self.refresh_token)
            except urllib.error.HTTPError:
                self.refresh_token = None
        return self._tokens(grant_type="password", username=os.environ["NAME"], password=os.environ["PASSWORD"])

    def _tokens(self, **form):
        url = os.environ["MARQUE"] + "/api/v1/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
            tokens = json.load(answer)
        self.refresh_token = tokens["refresh_token"]
        return tokens["access_token"]

    def set(self, case, token, ctx):
        # A test of missing or invalid authentication sets the header itself.
        case.headers = case.headers or {}
        case.headers.setdefault("Authorization", f"Bearer {token}")
