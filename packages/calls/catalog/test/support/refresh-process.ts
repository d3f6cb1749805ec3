import { fileStore } from '../../src/node.ts';
import { refreshed } from '../../src/refresh.ts';
import { baseOf } from './sources.ts';

// Opens a refreshed catalog and ends without closing it.

const [url = '', path = ''] = process.argv.slice(2);
const catalog = await refreshed({ from: url, base: baseOf(), store: fileStore(path) });
process.stdout.write(catalog.date);
