from __future__ import annotations

from django.urls import include, path
from oauth2_provider import views as provider

from identity.eid_mock import views

protocol = [
    path("authorize/", provider.AuthorizationView.as_view(), name="authorize"),
    path("token/", provider.TokenView.as_view(), name="token"),
    path("userinfo/", provider.UserInfoView.as_view(), name="user-info"),
    path(".well-known/openid-configuration", provider.ConnectDiscoveryInfoView.as_view(),
         name="oidc-connect-discovery-info"),
    path(".well-known/jwks.json", provider.JwksInfoView.as_view(), name="jwks-info"),
]  # fmt: skip

urlpatterns = [
    path("", views.choose, name="choose"),
    path("dong-y/", views.consent, name="consent"),
    path("o/", include((protocol, "oauth2_provider"))),
]
