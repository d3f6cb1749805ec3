interface Answer {
  readonly choices: readonly { readonly message: { readonly content: string | null } }[];
  readonly usage?: { readonly prompt_tokens: number };
}

export async function ask(prompt: string, model: string): Promise<string> {
  const response = await fetch('https://api.openai.com/v1/chat/completions', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${process.env['OPENAI_API_KEY']!}`,
    },
    body: JSON.stringify({
      model,
      messages: [
        { role: 'system', content: 'Answer with one word.' },
        { role: 'user', content: prompt },
      ],
      max_tokens: 100,
    }),
  });
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  const data = (await response.json()) as Answer;
  return `${data.choices[0]?.message.content ?? ''} ${data.usage?.prompt_tokens ?? 0}`;
}
