"""What an officer's authenticator shows."""

from __future__ import annotations

from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Officer


def six_digits(post: Officer) -> str:
    """The code of now."""
    device = TOTPDevice.objects.get(user=post.user)
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = timezone.now().timestamp()
    return f"{generator.token():06}"
