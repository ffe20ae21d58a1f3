import type { StateDatabase } from '../state/open.ts';
import { collectTraffic } from './collect-traffic.ts';
import { profileOf, type TrafficProfile } from './traffic/profile.ts';

/** The name tells profiles of this form from those of earlier ones, which have less in them. */
const profileName = 'profile-2';

/** Reads the stored profile; a history that an earlier foresync wrote is profiled anew. */
export function loadProfile(db: StateDatabase): TrafficProfile {
  const text = db
    .prepare<[string], string>('SELECT value FROM history_meta WHERE name = ?')
    .pluck()
    .get(profileName);
  return text === undefined ? workOutProfile(db) : (JSON.parse(text) as TrafficProfile);
}

/** Works the profile out anew and stores it, within the transaction that changed the history. */
export function refreshProfile(db: StateDatabase): TrafficProfile {
  const profile = workOutProfile(db);
  db.prepare('INSERT OR REPLACE INTO history_meta VALUES (?, ?)').run(profileName, JSON.stringify(profile));
  db.prepare("DELETE FROM history_meta WHERE name = 'profile'").run();
  return profile;
}

function workOutProfile(db: StateDatabase): TrafficProfile {
  const bucketMs = db
    .prepare<[], number>("SELECT value FROM history_meta WHERE name = 'bucket_ms'")
    .pluck()
    .get();
  if (bucketMs === undefined) throw new Error('the state file has no bucket width');
  const { replicas, figures } = collectTraffic(db, bucketMs);
  return profileOf(bucketMs, replicas, figures);
}
