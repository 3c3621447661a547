from __future__ import annotations

import base64

import pytest

from exchange import signing

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def headers(**changes: str) -> dict[str, str]:
    signed = signing.sign(SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=BODY)
    return {**signed, **changes}


def test_the_signature_is_that_of_the_specification():
    """The worked example of the Standard Webhooks specification."""
    assert headers()["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_good_message_is_taken_also_beside_a_signature_of_another_key():
    both = headers(**{"webhook-signature": f"v1,AAAA {headers()['webhook-signature']}"})
    assert (
        signing.verify(SECRET, headers=both, body=BODY, now=1614265330 + 299)
        == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    )


@pytest.mark.parametrize(
    ("changes", "body", "now"),
    [
        ({}, BODY + b" ", 1614265330),
        ({}, BODY, 1614265330 + 301),
        ({}, BODY, 1614265330 - 301),
        ({"webhook-id": "msg_other"}, BODY, 1614265330),
        ({"webhook-timestamp": "1614265331"}, BODY, 1614265330),
        ({"webhook-timestamp": "soon"}, BODY, 1614265330),
        ({"webhook-signature": ""}, BODY, 1614265330),
        ({"webhook-signature": "v1,é"}, BODY, 1614265330),
        ({"webhook-id": ""}, BODY, 1614265330),
    ],
)
def test_an_altered_or_stale_message_is_refused(changes, body, now):
    with pytest.raises(signing.BadSignature):
        signing.verify(SECRET, headers=headers(**changes), body=body, now=now)


def test_another_secret_is_refused():
    other = "whsec_" + base64.b64encode(b"x" * 24).decode()
    with pytest.raises(signing.BadSignature):
        signing.verify(other, headers=headers(), body=BODY, now=1614265330)
