import { inPlace } from "../pictures/visit.js";

inPlace(() => {});
