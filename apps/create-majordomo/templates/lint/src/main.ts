import { existsSync, readFileSync } from 'node:fs';
import { defaultModel } from './model.ts';
import { summarize } from './summarize.ts';

if (existsSync('.env')) process.loadEnvFile();
console.log(await summarize(defaultModel(process.env), readFileSync('README.md', 'utf8')));
