/** Login of a known vendor, or with an OAuth issuer or endpoints. */
export interface LoginConfig {
  /** `openrouter`, `google`, `vertex`, `githubModels` or `codex`. `@default` the name of the login */
  readonly preset?: string | undefined;
  /** Client id of your application, as registered with the vendor. */
  readonly clientId?: string | undefined;
  /** Client secret, if the vendor issues one to installed applications. */
  readonly clientSecret?: string | undefined;
  readonly issuer?: string | undefined;
  /** Endpoints of an authority without discovery. */
  readonly endpoints?:
    | {
        readonly token: string;
        readonly authorize?: string | undefined;
        readonly device?: string | undefined;
        readonly revoke?: string | undefined;
      }
    | undefined;
  readonly scopes?: readonly string[] | undefined;
}
