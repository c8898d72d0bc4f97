/** A start that can't go on: one sentence that names the variable or file and the cure, never a secret value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
