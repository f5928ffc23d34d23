import { Canvas } from "./canvas.js";
import { canvasNames } from "./canvas-files.js";

/** A team's canvases, by name. @throws LitModelError if their folder cannot be read */
export async function listCanvases(team: string): Promise<Canvas[]> {
  return (await canvasNames(team)).map((name) => new Canvas(team, name));
}
