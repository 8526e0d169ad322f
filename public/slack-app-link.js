/** manifest.json has it wherever a deployment's address belongs. */
const PLACEHOLDER = "https://YOUR-PROJECT.vercel.app";

/** RFC 9110, section 4.1, asks every client and server to take this much. Some take no more. */
const MAX_LENGTH = 8000;

const NEW_APP = "https://api.slack.com/apps?new_app=1";

/**
 * Puts the address of a deployment into the text of its manifest.
 * @param {string} manifest
 * @param {string} origin
 */
export function withOrigin(manifest, origin) {
  return manifest.replaceAll(PLACEHOLDER, origin);
}

/**
 * The page of Slack that creates an app from a manifest. `undefined` if its address would be too long.
 * @param {string} manifest JSON
 */
export function slackAppLink(manifest) {
  const compact = JSON.stringify(JSON.parse(manifest));
  const link = `${NEW_APP}&manifest_json=${encodeURIComponent(compact)}`;
  // A person who is not signed in comes there from the sign-in page, whose own address holds this one.
  return encodeURIComponent(link).length <= MAX_LENGTH ? link : undefined;
}
