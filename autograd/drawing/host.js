// What widgets of notebooks share; it stands before the module of each.

/** Whether the notebook around is dark; undefined where it does not say. */
function isHostDark() {
  const { body, documentElement: page } = document;
  if (body.dataset.jpThemeLight) return body.dataset.jpThemeLight === "false";
  for (const { classList } of [body, page]) {
    if (["dark", "dark-theme", "vscode-dark", "vscode-high-contrast"].some((name) => classList.contains(name))) return true;
    if (["light", "light-theme", "vscode-light"].some((name) => classList.contains(name))) return false;
  }
}
