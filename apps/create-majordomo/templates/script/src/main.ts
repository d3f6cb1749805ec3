import { existsSync, readFileSync } from 'node:fs';
import { openModel } from './model.ts';
import { summarize } from './summarize.ts';

if (existsSync('.env')) process.loadEnvFile();
const [file = 'README.md'] = process.argv.slice(2);
const { model, close } = await openModel(process.env);

try {
  const { text, target, attempts } = await summarize(model, readFileSync(file, 'utf8'));
  console.log(text);
  for (const attempt of attempts) console.log(`${attempt.target}: ${attempt.error?.kind ?? 'answered'}`);
  console.log(`The answer is from ${target}.`);
} finally {
  await close();
}
