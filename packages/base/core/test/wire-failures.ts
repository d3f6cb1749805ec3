/** Failure of a vendor (status, code and type, `undefined` if absent, and message) and its kind. */
export interface WireFailure {
  readonly vendor: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly type: string | undefined;
  readonly kind: string;
  readonly message: string;
}

/**
 * Failures on the wires: one line per form that was recorded or is documented (2024 to 2026-11), as vendor, status, code, type,
 * kind and message. `-` means absent. Messages are shortened to the relevant words. Add a line for each new form.
 */
const LINES = `
# OpenAI, Chat Completions and Responses
openai 400 - invalid_request_error invalid-request Invalid 'temperature': above the maximum
openai 400 unsupported_parameter invalid_request_error invalid-request Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'
openai 400 unsupported_parameter invalid_request_error invalid-request Unsupported parameter: 'stop' is not supported with this model.
openai 400 unsupported_value invalid_request_error invalid-request 'temperature' does not support 0.2 with this model
openai 400 unknown_parameter invalid_request_error invalid-request Unknown parameter: 'foo'.
openai 400 invalid_type invalid_request_error invalid-request Invalid type for 'messages[0].content'
openai 400 invalid_function_parameters invalid_request_error invalid-request Invalid schema for function 'f'
openai 400 invalid_image_format invalid_request_error invalid-request You uploaded an unsupported image
openai 400 context_length_exceeded invalid_request_error context-overflow This model's maximum context length is 128000 tokens.
openai 400 string_above_max_length invalid_request_error invalid-request string too long
openai 400 content_policy_violation image_generation_user_error content-filter Your request was rejected by the safety system
openai 400 model_not_found invalid_request_error not-found The requested model 'x' does not exist.
openai 401 invalid_api_key invalid_request_error auth Incorrect API key provided
openai 401 - invalid_request_error auth You must be a member of an organization
openai 401 - - auth Could not parse your authentication token. Please try signing in again.
openai 403 unsupported_country_region_territory request_forbidden auth Country not supported
openai 403 model_not_found invalid_request_error not-found Project does not have access to model
openai 404 model_not_found invalid_request_error not-found The model does not exist or you do not have access to it.
openai 404 - invalid_request_error not-found This is not a chat model
openai 408 - - timeout Request timed out
openai 409 - - invalid-request Conflict
openai 413 - - unsupported Request entity too large
openai 422 - invalid_request_error invalid-request Unprocessable
openai 429 rate_limit_exceeded tokens rate-limit Rate limit reached for tokens per min (TPM): Limit 30000, Used 29000
openai 429 rate_limit_exceeded requests rate-limit Rate limit reached for requests per min
openai 429 rate_limit_exceeded tokens rate-limit Request too large: the input tokens exceed the limit per minute
openai 429 insufficient_quota insufficient_quota quota You exceeded your current quota, please check your plan and billing details.
openai 429 billing_hard_limit_reached invalid_request_error quota Billing hard limit has been reached
openai 429 billing_not_active billing_not_active billing Your account is not active
openai 429 server_overloaded - rate-limit The engine is currently overloaded
openai 500 server_error server_error server The server had an error while processing your request
openai 502 - - server Bad gateway
openai 503 - server_error overloaded The server is overloaded
openai 503 - - overloaded Slow down
openai 504 - - timeout Gateway timeout
openai 520 - - server Web server returned an unknown error
openai - server_error server_error server An error occurred while processing your request
openai - rate_limit_exceeded - rate-limit Rate limit reached
openai - insufficient_quota - quota You exceeded your current quota
openai - context_length_exceeded invalid_request_error context-overflow Your input exceeds the context window of this model

# Azure OpenAI
azure 400 content_filter - content-filter The response was filtered due to the prompt triggering a content management policy
azure 400 OperationNotSupported - invalid-request The chatCompletion operation does not work with the specified model
azure 401 401 - auth Access denied due to invalid subscription key or wrong API endpoint
azure 403 403 - auth Public access is disabled
azure 404 DeploymentNotFound - not-found The API deployment for this resource does not exist
azure 429 429 - rate-limit Requests have exceeded token rate limit of your current tier. Please retry after 20 seconds
azure 429 NoCapacity - rate-limit The system is currently experiencing high demand
azure 500 InternalServerError - server Internal server error
azure 503 ServiceUnavailable - overloaded Backend is unavailable

# Anthropic
anthropic 400 - invalid_request_error invalid-request messages: roles must alternate
anthropic 400 - invalid_request_error context-overflow prompt is too long: 208310 tokens > 200000 maximum
anthropic 400 - invalid_request_error context-overflow input length and max_tokens exceed context limit: 188240 + 21333 > 200000
anthropic 400 - invalid_request_error invalid-request max_tokens: 99999 > 64000, which is the maximum allowed
anthropic 400 - invalid_request_error invalid-request temperature: range: 0..1
anthropic 400 - invalid_request_error invalid-request messages.1.content.0: Invalid \`signature\` in \`thinking\` block
anthropic 400 - billing_error billing Your credit balance is too low to access the API
anthropic 401 - authentication_error auth invalid x-api-key
anthropic 402 - billing_error billing Check your payment details
anthropic 403 - permission_error auth Your API key does not have permission
anthropic 404 - not_found_error not-found model: claude-nobody
anthropic 413 - request_too_large unsupported Request exceeds the maximum size
anthropic 429 - rate_limit_error rate-limit would exceed the rate limit of 40,000 input tokens per minute
anthropic 429 - rate_limit_error rate-limit Number of concurrent connections has exceeded your rate limit
anthropic 500 - api_error server Internal server error
anthropic 504 - timeout_error timeout The request timed out
anthropic 529 - overloaded_error overloaded Overloaded
anthropic - - overloaded_error overloaded Overloaded
anthropic - - api_error server Internal server error
anthropic - - rate_limit_error rate-limit Rate limited
anthropic - - timeout_error timeout Timed out

# Google
gemini 400 400 INVALID_ARGUMENT invalid-request Invalid JSON payload received
gemini 400 400 INVALID_ARGUMENT context-overflow The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).
gemini 400 400 FAILED_PRECONDITION invalid-request User location is not supported for the API use.
gemini 401 401 UNAUTHENTICATED auth Request had invalid authentication credentials.
gemini 403 403 PERMISSION_DENIED auth Generative Language API has not been used in project
gemini 404 404 NOT_FOUND not-found models/gemini-none is not found for API version v1beta
gemini 429 429 RESOURCE_EXHAUSTED rate-limit Quota exceeded for quota metric requests per minute
gemini 500 500 INTERNAL server An internal error has occurred
gemini 503 503 UNAVAILABLE overloaded The model is overloaded. Please try again later.
gemini 504 504 DEADLINE_EXCEEDED timeout The request timed out

# Bedrock
bedrock 400 - ValidationException invalid-request The provided model identifier is invalid.
bedrock 400 - ValidationException context-overflow Input Tokens Exceeded: Number of input tokens exceeds maximum length.
bedrock 400 - ValidationException context-overflow Input is too long for requested model.
bedrock 403 - AccessDeniedException auth You don't have access to the model with the specified model ID.
bedrock 403 - ExpiredTokenException auth The security token included in the request is expired
bedrock 404 - ResourceNotFoundException not-found Model use case details have not been submitted
bedrock 408 - ModelTimeoutException timeout The model took too long
bedrock 429 - ThrottlingException rate-limit Too many tokens, please wait before trying again.
bedrock 429 - ModelNotReadyException rate-limit Model is not ready for inference.
bedrock 500 - InternalServerException server The system encountered an unexpected error
bedrock 503 - ServiceUnavailableException overloaded Bedrock is unable to process your request.

# OpenRouter
openrouter 400 400 - context-overflow This endpoint's maximum context length is 200000 tokens. However, you requested about 250000
openrouter 401 401 - auth No auth credentials found
openrouter 402 402 - billing Insufficient credits. Add more using the billing page
openrouter 403 403 - billing Key limit exceeded (total limit)
openrouter 403 403 - auth Your chosen model requires moderation
openrouter 404 404 - not-found No endpoints found for x/y
openrouter 408 408 - timeout Request timed out
openrouter 429 429 - rate-limit Provider returned error
openrouter 502 502 - server Provider returned error
openrouter 503 503 - overloaded No available model provider meets your routing requirements
openrouter - 502 - server Provider disconnected
openrouter - 429 - rate-limit Rate limited upstream

# Groq, Mistral, xAI, DeepSeek, Cohere, Cerebras, Together
groq 400 tool_use_failed invalid_request_error invalid-request Tool call validation failed
groq 400 json_validate_failed invalid_request_error invalid-request Failed to generate JSON
groq 413 rate_limit_exceeded tokens rate-limit Request too large for model on tokens per minute
groq 429 rate_limit_exceeded tokens rate-limit Rate limit reached for model on tokens per day (TPD)
groq 498 - - invalid-request Flex tier capacity exceeded
groq 503 - internal_server_error overloaded Service unavailable
mistral 400 3051 invalid_request_invalid_args invalid-request Logprobs are not enabled for this model
mistral 400 - too_many_prompt_tokens context-overflow Prompt contains 40000 tokens, too large for model with 32768 maximum context length
mistral 401 - - auth Unauthorized
mistral 422 - - invalid-request Extra inputs are not permitted
mistral 429 1300 rate_limited rate-limit Rate limit exceeded
xai 400 invalid-argument - context-overflow This model's maximum prompt length is 131072 but the request contains 140000 tokens.
xai 403 - - billing Your team has either used all available credits or reached its monthly spending limit
xai 404 not-found - not-found The model grok-none does not exist
deepseek 400 invalid_request_error invalid_request_error context-overflow This model's maximum context length is 65536 tokens.
deepseek 401 invalid_request_error authentication_error auth Authentication Fails
deepseek 402 invalid_request_error unknown_error billing Insufficient Balance
cohere 400 - - context-overflow too many tokens: size limit exceeded by 25836 tokens.
cohere 401 - - auth invalid api token
cohere 429 - - rate-limit You are using a Trial key, which is limited to 40 API calls / minute.
cerebras 400 context_length_exceeded invalid_request_error context-overflow Please reduce the length of the messages
cerebras 429 queue_exceeded too_many_requests_error rate-limit We are experiencing high traffic
together 422 - invalid_request_error invalid-request Input validation error
together 503 - service_unavailable overloaded The server is overloaded or not ready yet.

# Local engines and other platforms
llama.cpp 400 400 exceed_context_size_error context-overflow request (2009 tokens) exceeds the available context size (512 tokens), try increasing it
llama.cpp 500 500 server_error server error: cannot make GET request
llama.cpp 503 503 unavailable_error overloaded Loading model
vllm 400 400 BadRequestError context-overflow This model's maximum context length is 4096 tokens. However, you requested 5000 tokens
vllm 404 404 NotFoundError not-found The model does not exist.
ollama 404 - - not-found model 'none' not found
ollama 503 - - overloaded server busy, please try again. maximum pending requests exceeded
github 413 tokens_limit_reached - unsupported Request body too large for model. Max size: 8000 tokens.
github 429 RateLimitReached - rate-limit Rate limit of 10 per 60s exceeded
huggingface 402 - - billing You have exceeded your monthly included credits
perplexity 401 401 invalid_api_key auth Invalid API key provided
cloudflare 401 10000 - auth Authentication error
cloudflare 429 3040 - rate-limit Capacity temporarily exceeded, please try again.
`;

const cell = (text = '-'): string | undefined => (text === '-' ? undefined : text);

/** Parses the lines that are not empty and no headings. */
export const WIRE_FAILURES: readonly WireFailure[] = LINES.split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [vendor = '', status, code, type, kind = '', ...message] = line.split(' ');
    return {
      vendor,
      status: status === '-' ? undefined : Number(status),
      code: cell(code),
      type: cell(type),
      kind,
      message: message.join(' '),
    };
  });
