/** Login at a known vendor, or at an authorization server with an issuer or endpoints. */
export interface LoginConfig {
  /** Known login: `openrouter`, `google`, `vertex`, `githubModels` or `codex`. `@default` the name of the login */
  readonly preset?: string | undefined;
  /** Client id of your application, as registered with the vendor. */
  readonly clientId?: string | undefined;
  /** Client secret, if the vendor issues one to installed applications. */
  readonly clientSecret?: string | undefined;
  /** Issuer URL of an authorization server that supports OpenID discovery. */
  readonly issuer?: string | undefined;
  /** Endpoints of an authorization server that does not support discovery. */
  readonly endpoints?:
    | {
        readonly token: string;
        readonly authorize?: string | undefined;
        readonly device?: string | undefined;
        readonly revoke?: string | undefined;
      }
    | undefined;
  /** Names of the requested scopes. `@default` the scopes of the preset */
  readonly scopes?: readonly string[] | undefined;
}
