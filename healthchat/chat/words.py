"""Words that the page shows but finds in data, named for whoever collects what is to be translated."""

from django.utils.translation import gettext_noop as _

SPECIALISTS = (
    *(_("general practice"), _("cardiology"), _("endocrinology"), _("laboratory medicine"), _("pharmacy")),
    *(_("nutrition"), _("preventive medicine"), _("data analysis")),
)
