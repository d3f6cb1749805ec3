/**
 * How engines say that the prompt does not fit; English only, since their APIs are. Each line was seen on a wire:
 * OpenAI and most compatibles, Anthropic, llama.cpp, Gemini, Bedrock, Cohere, GitHub Models, Mistral, xAI.
 * A bare "max_tokens" or "input tokens" is not an overflow: refused parameters and rate limits use those words.
 */
export const OVERFLOW_TEXTS: readonly RegExp[] = [
  /maximum context length/i,
  /max(?:imum)? context (?:length|size|window)/i,
  /exceeds? the (?:available )?context (?:size|window|length)/i,
  /context (?:length|window) (?:is |was )?exceeded/i,
  /exceed context limit/i,
  /maximum prompt length is \d+/i,
  /prompt (?:is )?too long/i,
  /input (?:is )?too long/i,
  /input token count .{0,40}exceeds/i,
  /input tokens exceeds? (?:the )?max/i,
  /too many tokens: size limit/i,
  /total length of all messages is too long/i,
  /too large for model with \d+ maximum context/i,
];
