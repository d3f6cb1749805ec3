// Program of a gateway with background responses. Prints its URL, and runs until it is killed.
import { openBackgroundGateway, type GatewayFacts } from './open-background-gateway.ts';

const facts = JSON.parse(process.argv[2] ?? '') as GatewayFacts;
const { url } = await openBackgroundGateway(facts);
console.log(url);
