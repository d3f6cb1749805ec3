interface Ai {
  run(model: string, input: object): Promise<{ response?: string }>;
}

export async function ask(env: { readonly AI: Ai }, prompt: string): Promise<string> {
  const answer = await env.AI.run('@cf/meta/llama-3.1-8b-instruct', {
    messages: [{ role: 'user', content: prompt }],
    max_tokens: 100,
  });
  return answer.response ?? '';
}
