from django.contrib.auth.views import LogoutView
from django.urls import include, path

from healthchat.accounts import signing, views

urlpatterns = [
    path("login/", signing.SignIn.as_view(), name="login"),
    path("login/", signing.SignIn.as_view(), name="account_login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("logout/", LogoutView.as_view(), name="account_logout"),
    path("signup/", views.signup, name="signup"),
    path("account/", views.account, name="account"),
    path("account/tokens/", views.make_token, name="make-token"),
    path("account/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
    path("account/sessions/end/", views.end_session, name="end-session"),
    path("account/reauthenticate/", signing.reauthenticate, name="account_reauthenticate"),
    path("account/password/", signing.ChangePassword.as_view(), name="change-password"),
    path("account/email/", signing.ResetAddress.as_view(), name="reset-address"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("password/forgotten/", signing.ForgottenPassword.as_view(), name="password_reset"),
    path("password/forgotten/sent/", signing.ResetSent.as_view(), name="password_reset_done"),
    path("password/new/<uidb64>/<token>/", signing.NewPassword.as_view(), name="password_reset_confirm"),
    path("password/new/done/", signing.NewPasswordSet.as_view(), name="password_reset_complete"),
]
