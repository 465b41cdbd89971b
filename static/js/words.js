// The page's words in the person's language. The catalogue is a script of Django's (`/jsi18n/`); where there is none, as
// in the tests of the modules, words stay as they are written here.

/** A sentence in the person's language; `%(name)s` is replaced by `values.name`. */
export function _(words, values = null) {
  const told = globalThis.gettext ? globalThis.gettext(words) : words
  return values ? filled(told, values) : told
}

/** A sentence about so many; it is in `values` as `count` too. */
export function ngettext(one, many, count, values = {}) {
  const told = globalThis.ngettext ? globalThis.ngettext(one, many, count) : count === 1 ? one : many
  return filled(told, { count, ...values })
}

/** A specialist's name as people write it. */
export function spelled(specialist) {
  return _(specialist.replaceAll("_", " "))
}

// Named for whoever collects what is to be translated.
export const SPECIALISTS = [
  _("general practice"),
  _("cardiology"),
  _("endocrinology"),
  _("laboratory medicine"),
  _("pharmacy"),
  _("nutrition"),
  _("preventive medicine"),
  _("data analysis"),
]

function filled(words, values) {
  return words.replace(/%\((\w+)\)s/g, (match, name) => String(values[name] ?? match))
}
