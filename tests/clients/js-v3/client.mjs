// The AWS SDK for JavaScript, version 3, finds the instance with nothing configured.
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";

import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromInstanceMetadata, fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { MetadataService } from "@aws-sdk/ec2-metadata-service";

const account = "210987654321";
const instance = "i-0c11e17500c11e175";
const region = "eu-west-1";
const role = "app-role";
const userData = `#cloud-config
write_files:
- path: /root/written-by-user-data
  content: it works
`;
const service = new MetadataService();
const metadata = (path) => service.request(`/latest/${path}`, {});

// Checks the keys of one provider.
async function credentials(name, provider) {
  const keys = await provider();
  check(keys.accessKeyId.startsWith("ASIAFAKE"), `the access key is ${keys.accessKeyId}`);
  check(keys.secretAccessKey && keys.sessionToken, "the secret key or the session token is missing");
  check(keys.expiration > new Date(), `the credentials expire ${keys.expiration}`);
  ok("credential-providers", `${name}: credentials of ${role}`);
}

async function facts() {
  same("the instance's id", await metadata("meta-data/instance-id"), instance);
  same("the region", await metadata("meta-data/placement/region"), region);
  same("the user data", await metadata("user-data"), userData);
  const document = JSON.parse(await metadata("dynamic/instance-identity/document"));
  same("the account", document.accountId, account);
  ok("ec2-metadata-service", "instance id, region, user data and identity document");
}

// Asks an AWS that knows the keys.
async function callerIdentity() {
  const found = await metadata("meta-data/placement/region");
  const client = new STSClient({ region: found, endpoint: "http://127.0.0.1:5000" });
  const caller = await client.send(new GetCallerIdentityCommand());
  same("the caller", caller.Arn, `arn:aws:sts::${account}:assumed-role/${role}/${instance}`);
  ok("client-sts", "GetCallerIdentity with the keys and the region found");
}

// Uses one provider until it has given four keys, none of them past its time. An SDK that gets no new keys
// takes the old ones for longer than they are good, so what it said of them first counts.
async function hold(provider) {
  const expires = new Map();
  while (expires.size < 4) {
    const now = new Date();
    const { accessKeyId, expiration } = await provider();
    if (!expires.has(accessKeyId)) {
      expires.set(accessKeyId, expiration);
      console.log(`key ${accessKeyId}`);
    }
    check(now < expires.get(accessKeyId), `${accessKeyId} expired at ${expires.get(accessKeyId)}`);
    await setTimeout(300);
  }
  ok("credential-providers", "a provider across three rotations and a restart of the service");
}

function ok(name, what) {
  const manifest = new URL(`node_modules/@aws-sdk/${name}/package.json`, import.meta.url);
  console.log(`@aws-sdk/${name} ${JSON.parse(readFileSync(manifest)).version}: ${what}: ok`);
}

function same(what, found, wanted) {
  check(isDeepStrictEqual(found, wanted), `${what} is ${found}, not ${wanted}`);
}

function check(right, wrong) {
  if (!right) throw new Error(wrong);
}

async function main(round) {
  if (round === "hold") return hold(fromNodeProviderChain());
  if (round === "services") return callerIdentity();
  await credentials("fromInstanceMetadata", fromInstanceMetadata());
  await credentials("fromNodeProviderChain", fromNodeProviderChain());
  // Its requests for a token wait for ever, unless it is told not to.
  if (round !== "tokens-lost") await facts();
}

main(process.argv[2]).catch((error) => {
  console.error("aws-sdk-js-v3:", error);
  process.exit(1);
});
