// How a runbook imports a module, for `build.mjs` and `schema.mjs`.

/** The beginning of an interface's name, `namespace:package/interface@version`, with its package. */
export const INTERFACE = /^(?!node:)[a-z][a-z0-9-]*:([a-z0-9-]+)\//;

/** The command that puts a module's WIT into the project. */
export function fetching(name) {
  return `\`mkdir -p wit/deps && bindery module wit NAME > wit/deps/${name}.wit\``;
}
