// Enhancement only: every page works without it.
import { Button, CharacterCount, ErrorSummary, NotificationBanner, PasswordInput, Radios, Checkboxes, ServiceNavigation, createAll } from "govuk-frontend";

document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}

const texts = JSON.parse(document.getElementById("script-texts")?.textContent ?? "{}");

createAll(Button, { preventDoubleClick: true });
createAll(CharacterCount, { i18n: texts.characterCount });
createAll(Checkboxes);
createAll(ErrorSummary);
createAll(NotificationBanner);
createAll(PasswordInput, { i18n: texts.password });
createAll(Radios);
createAll(ServiceNavigation);
