export const delta = (members: object, finish: string | null = null): object => ({
  id: 'r1',
  choices: [{ index: 0, delta: members, finish_reason: finish }],
});

export const answer = (text: string): object => ({
  id: 'r1',
  choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
});
