/** Request whose body the snapshots of the profiles contain. */
export const REQUEST = {
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [{ name: 'f', description: 'd', parameters: { type: 'object' } }],
  toolChoice: 'required',
  output: { name: 'answer', schema: { type: 'object' } },
  system: 's',
  maxTokens: 5,
  reasoning: 'none',
  extra: {},
} as const;
