/** What the groq-sdk package throws before anything is sent: the base class of all its errors. */
export const REFUSAL = 'GroqError';
