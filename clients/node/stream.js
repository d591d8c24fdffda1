// Analyses each .txt file of a folder over one stream: node stream.js [--target HOST:PORT] FOLDER

import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, deadline, errorInWords, inWords } from './connection.js';

// For the whole folder: a stream's deadline is that of all its items.
const DEADLINE_SECONDS = 600;
// How many articles may be on their way at once: enough to keep the server busy, few enough to keep memory small.
const WINDOW = 32;

const {
  values,
  positionals: [folder],
} = parseArgs({
  allowPositionals: true,
  options: { target: { type: 'string', default: '127.0.0.1:50051' } },
});
const service = connect(values.target);
const call = service.AnalyzeStream({ deadline: deadline(DEADLINE_SECONDS) });

let inFlight = 0;
let roomMade = () => {};
const sent = send().catch((error) => call.destroy(error));
try {
  // Reading here at our own pace makes the server wait, and so in the end ourselves.
  for await (const { result } of call) {
    inFlight -= 1;
    roomMade();
    show(result);
  }
} catch (error) {
  process.exitCode = 1;
  for (const line of errorInWords(error)) console.error(line);
  process.exit();
}
await sent;
service.close();

// Reads a file only when there is room for it.
async function send() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).sort();
  for (const name of names) {
    while (inFlight >= WINDOW) await new Promise((resolve) => (roomMade = resolve));
    const request = {
      document: { text: await readFile(join(folder, name), 'utf8') },
      offsetUnit: 'OFFSET_UNIT_UTF16_CODE_UNIT',
      // These parts alone.
      language: {},
      keywords: { maxKeywords: 3 },
    };
    inFlight += 1;
    // `false`: the connection has no room just now.
    if (!call.write({ item: { id: name, request } })) await once(call, 'drain');
  }
  call.end();
}

// Prints one result, in whichever order they come.
function show({ id, outcome, analysis, error }) {
  if (outcome === 'error') {
    process.exitCode = 1;
    console.log(`${id}: ${inWords(error).join(', ')}`);
    return;
  }
  console.log(`${id}: ${analysis.languageCode}: ${analysis.keywords.keywords.map(({ text }) => text).join(', ')}`);
}
