/** Constructor option of an SDK client that disables the client's retries. */
export interface RetryOption {
  /** Package that exports the client. */
  readonly package: string;
  /** Names of the exported client classes. `default` is the default export. */
  readonly classes: readonly string[];
  /** Constructor option. Nested names are joined with dots. */
  readonly option: string;
  /** Values that allow only one attempt. */
  readonly off: readonly number[];
  /**
   * Whether the SDK does not retry without this option. Options that the file does not contain are then accepted.
   * @default false
   */
  readonly offByDefault?: boolean | undefined;
}

/**
 * Source: declarations of the SDKs, 2026-11-20: openai 6.49, @anthropic-ai/sdk 1.10, groq-sdk 1.6, @google/genai 2.32,
 * client-bedrock-runtime 3.1162.
 */
export const retryOptions: readonly RetryOption[] = [
  { package: 'openai', classes: ['default', 'OpenAI', 'AzureOpenAI'], option: 'maxRetries', off: [0] },
  {
    package: '@anthropic-ai/sdk',
    classes: ['default', 'Anthropic', 'BaseAnthropic'],
    option: 'maxRetries',
    off: [0],
  },
  {
    package: '@anthropic-ai/bedrock-sdk',
    classes: ['default', 'AnthropicBedrock', 'AnthropicBedrockMantle'],
    option: 'maxRetries',
    off: [0],
  },
  {
    package: '@anthropic-ai/vertex-sdk',
    classes: ['default', 'AnthropicVertex'],
    option: 'maxRetries',
    off: [0],
  },
  { package: 'groq-sdk', classes: ['default', 'Groq'], option: 'maxRetries', off: [0] },
  {
    package: '@cerebras/cerebras_cloud_sdk',
    classes: ['default', 'Cerebras'],
    option: 'maxRetries',
    off: [0],
  },
  {
    package: '@aws-sdk/client-bedrock-runtime',
    classes: ['BedrockRuntimeClient', 'BedrockRuntime'],
    option: 'maxAttempts',
    off: [1],
  },
  {
    package: '@google/genai',
    classes: ['GoogleGenAI'],
    option: 'httpOptions.retryOptions.attempts',
    off: [0, 1],
    offByDefault: true,
  },
];
