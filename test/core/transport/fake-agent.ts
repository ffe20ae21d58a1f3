import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { agentMagic } from '../../../src/core/transport/handshake.ts';

/** A program that stands in for the agent, and greets as one of today; it goes when all tests of the file are over. */
export function fakeAgent(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'foresync-fake-agent-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const program = readFileSync(path.join(import.meta.dirname, 'fake-agent.cjs'), 'utf8');
  const file = path.join(folder, 'fake-agent.cjs');
  writeFileSync(file, program.replace('FIRST LINE', agentMagic));
  return file;
}
