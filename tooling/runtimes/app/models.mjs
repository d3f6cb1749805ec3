/** Models by side that accept everything that the suite sends. */
export const MODELS = {
  'openai-chat': 'gpt-4o-mini',
  'openai-responses': 'gpt-5',
  'anthropic-messages': 'claude-haiku-4-5',
  'gemini-generate': 'gemini-2.5-pro',
};

const OF_OPENAI = {
  embedding: 'text-embedding-3-small',
  transcription: 'whisper-1',
  speech: 'gpt-4o-mini-tts',
  moderation: 'omni-moderation-latest',
  classification: 'gpt-6-luna',
};

/** Models of other operations by side. */
export const OTHER_MODELS = {
  'openai-chat': OF_OPENAI,
  'openai-responses': OF_OPENAI,
  'gemini-generate': {
    embedding: 'gemini-embedding-001',
    transcription: 'gemini-3.8-flash',
    speech: 'gemini-3.8-flash-tts',
  },
};

/** Cases by side that the models above do not support, with the reason. */
export const MODEL_CANNOT = {
  'openai-chat': { audio: 'this model accepts no audio; models with "audio" in their names do' },
};
