"""What an officer's device shows."""

from __future__ import annotations

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Officer


def six_digits(post: Officer) -> str:
    device = TOTPDevice.objects.get(user=post.user)
    return f"{TOTP(device.bin_key).token():06d}"
