from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from healthchat.accounts import views

urlpatterns = [
    path("login/", LoginView.as_view(redirect_authenticated_user=False), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", views.signup, name="signup"),
]
