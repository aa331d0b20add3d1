const std = @import("std");

pub fn build(b: *std.Build) void {
    const bindery = b.path("../../sdk/zig/bindery.zig");

    // The runbook: a WebAssembly module that exports `run`.
    const wasm = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi });
    const runbook = b.addExecutable(.{
        .name = "runbook",
        .root_module = module(b, bindery, wasm, .ReleaseSmall),
    });
    runbook.entry = .disabled;
    runbook.rdynamic = true;
    b.installArtifact(runbook);

    // `zig build test`: the tests in src, on this machine.
    const tests = b.addTest(.{ .root_module = module(b, bindery, b.graph.host, .Debug) });
    b.step("test", "Run the unit tests").dependOn(&b.addRunArtifact(tests).step);

    // `zig build schema`: the JSON Schema of the parameters, for `bindery runbook build`.
    const native = module(b, bindery, b.graph.host, .Debug);
    const schema = b.addExecutable(.{ .name = "schema", .root_module = b.createModule(.{
        .root_source_file = b.path("../../sdk/zig/print_schema.zig"),
        .target = b.graph.host,
        .imports = &.{
            .{ .name = "runbook", .module = native },
            .{ .name = "bindery", .module = native.import_table.get("bindery").? },
        },
    }) });
    b.step("schema", "Print the schema of the parameters").dependOn(&b.addRunArtifact(schema).step);
}

fn module(
    b: *std.Build,
    bindery: std.Build.LazyPath,
    target: std.Build.ResolvedTarget,
    optimize: std.builtin.OptimizeMode,
) *std.Build.Module {
    const root = b.createModule(.{
        .root_source_file = b.path("src/main.zig"),
        .target = target,
        .optimize = optimize,
    });
    root.addAnonymousImport("bindery", .{ .root_source_file = bindery });
    return root;
}
