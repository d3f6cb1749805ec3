/** Options of `majordomo chat`. */
export interface ChatFlags {
  readonly model?: string;
  readonly system?: string;
  readonly file?: readonly string[];
  /** Folders with skills that the model may use. */
  readonly skills?: readonly string[];
  readonly schema?: string;
  readonly image?: string;
  readonly save?: string;
  readonly load?: string;
  /** Whether the conversation is stored. */
  readonly log?: true;
  /** Id of a stored conversation to continue, or `true` for the newest conversation. */
  readonly continue?: string | true;
  readonly maxTokens?: string;
  readonly temperature?: string;
  readonly reasoning?: string;
  /** Settings without a separate flag, as `key=value` pairs. */
  readonly option?: readonly string[];
  readonly json?: true;
  readonly events?: true;
  /** URL of an OpenTelemetry collector. */
  readonly trace?: string;
  readonly raw?: true;
  readonly quiet?: true;
}
