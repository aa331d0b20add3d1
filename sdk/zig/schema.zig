//! The JSON Schema of a type, in the spelling in which `codec` reads it. Calls nothing of the host.

const std = @import("std");
const codec = @import("codec.zig");
const Json = *std.json.Stringify;

pub const Error = error{ WriteFailed, InvalidJson };

/// Writes the schema of the parameters `P`, a struct. A field with a default, and an optional one,
/// need not be given.
///
/// Zig keeps no comments, so what else there is to say stands in a declaration of `P`, by field and by
/// keyword of JSON Schema:
///
/// ```zig
/// const Parameters = struct {
///     bytes_min: u64 = 0,
///
///     pub const schema = .{ .bytes_min = .{ .description = "List only larger ones.", .maximum = 9 } };
/// };
/// ```
pub fn write(comptime P: type, out: Json) Error!void {
    if (@typeInfo(P) != .@"struct") @compileError("parameters are a struct, and no " ++ @typeName(P));
    try out.beginObject();
    try structure(P, out);
    try out.endObject();
}

/// The keywords of a type, without the braces and without the bounds that `more` has itself.
fn keywords(comptime T: type, out: Json, comptime more: anytype) Error!void {
    if (T == std.json.Value) return;
    switch (@typeInfo(T)) {
        .bool => try entry(out, "type", "boolean"),
        .int => |info| {
            try entry(out, "type", "integer");
            // Larger ones are not exact in every reader of a schema.
            const small = info.bits <= 32;
            const own = @TypeOf(more);
            if (!@hasField(own, "minimum") and (small or info.signedness == .unsigned))
                try entry(out, "minimum", std.math.minInt(T));
            if (!@hasField(own, "maximum") and small) try entry(out, "maximum", std.math.maxInt(T));
        },
        .float => try entry(out, "type", "number"),
        .optional => |info| try keywords(info.child, out, more),
        .@"enum" => |info| {
            try entry(out, "type", "string");
            try out.objectField("enum");
            try out.beginArray();
            inline for (info.field_names) |name| try out.write(comptime codec.pascal(name));
            try out.endArray();
        },
        .pointer => |info| {
            if (info.size != .slice) @compileError("has no JSON Schema: " ++ @typeName(T));
            if (info.child == u8) return entry(out, "type", "string");
            try entry(out, "type", "array");
            try out.objectField("items");
            try out.beginObject();
            try keywords(info.child, out, .{});
            try out.endObject();
        },
        .@"struct" => try structure(T, out),
        else => @compileError("has no JSON Schema: " ++ @typeName(T) ++ "; write it in runbook.toml"),
    }
}

fn structure(comptime T: type, out: Json) Error!void {
    const info = @typeInfo(T).@"struct";
    const more = if (@hasDecl(T, "schema")) T.schema else .{};
    inline for (comptime std.meta.fieldNames(@TypeOf(more))) |name| {
        if (!@hasField(T, name)) @compileError(@typeName(T) ++ ".schema names `" ++ name ++ "`, which is no field");
    }
    try entry(out, "type", "object");
    try out.objectField("properties");
    try out.beginObject();
    inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attributes| {
        try out.objectField(comptime codec.camel(name));
        try out.beginObject();
        const own = if (@hasField(@TypeOf(more), name)) @field(more, name) else .{};
        try keywords(F, out, own);
        if (comptime attributes.defaultValue(F)) |default| {
            if (@typeInfo(F) != .optional or default != null) {
                try out.objectField("default");
                try codec.write(out, default);
            }
        }
        try further(out, own);
        try out.endObject();
    }
    try out.endObject();
    try required(T, out);
    try entry(out, "additionalProperties", false);
}

fn required(comptime T: type, out: Json) Error!void {
    const info = @typeInfo(T).@"struct";
    try out.objectField("required");
    try out.beginArray();
    inline for (info.field_names, info.field_types, info.field_attrs) |name, F, attributes| {
        const optional = @typeInfo(F) == .optional or comptime attributes.defaultValue(F) != null;
        if (!optional) try out.write(comptime codec.camel(name));
    }
    try out.endArray();
}

/// What the declaration `schema` says of a field.
fn further(out: Json, comptime more: anytype) Error!void {
    inline for (comptime std.meta.fieldNames(@TypeOf(more))) |keyword| {
        try out.objectField(comptime codec.camel(keyword));
        try codec.write(out, @field(more, keyword));
    }
}

fn entry(out: Json, key: []const u8, value: anytype) Error!void {
    try out.objectField(key);
    try out.write(value);
}
