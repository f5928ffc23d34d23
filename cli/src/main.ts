import { Command } from "commander";

await new Command("litlab").description("Lit Lab's command").version("0.1.0").parseAsync();
