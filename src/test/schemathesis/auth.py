"""Signs schemathesis in: an access token is good for ten minutes, a long run needs several."""

import json
import os
import urllib.parse
import urllib.request

import schemathesis


@schemathesis.auth(refresh_interval=240)
class PasswordGrant:
    def get(self, case, ctx):
        form = {"grant_type": "password", "username": os.environ["NAME"], "password": os.environ["PASSWORD"]}
        url = os.environ["MARQUE"] + "/api/v1/token"
        with urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()) as answer:
            return json.load(answer)["access_token"]

    def set(self, case, token, ctx):
        # Where a test takes the sign-in away on purpose, it sends a header of its own.
        case.headers = case.headers or {}
        case.headers.setdefault("Authorization", f"Bearer {token}")
