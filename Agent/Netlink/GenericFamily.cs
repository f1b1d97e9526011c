using System.Collections.Frozen;

namespace Multipath.Agent.Netlink;

/// <summary>A generic netlink family as the running kernel numbers it (linux/genetlink.h).</summary>
/// <param name="Id">The message type of its requests.</param>
/// <param name="Groups">Multicast groups by name.</param>
internal sealed record GenericFamily(ushort Id, FrozenDictionary<string, uint> Groups)
{
    private const byte CommandGetFamily = 3;
    private const byte Version = 1;
    private const ushort AttributeFamilyId = 1;
    private const ushort AttributeFamilyName = 2;
    private const ushort AttributeGroups = 7;
    private const ushort AttributeGroupName = 1;
    private const ushort AttributeGroupId = 2;

    /// <summary>Asks the kernel for a family.</summary>
    /// <exception cref="NetlinkException">ENOENT: this kernel does not have it.</exception>
    internal static GenericFamily Resolve(NetlinkSocket socket, string name)
    {
        var writer = NetlinkWriter.Generic(stackalloc byte[NetlinkWriter.RequestCapacity], NetlinkConstants.TypeGenericControl,
            CommandGetFamily, Version, NetlinkConstants.FlagAck);
        writer.Text(AttributeFamilyName, name);
        GenericFamily? family = null;
        var reply = socket.Exchange(writer.Finish(), ref family,
            static (in NetlinkMessage message, ref GenericFamily? found) => found = Parse(message.Payload));
        return reply.Ok && family is not null
            ? family
            : throw new NetlinkException($"resolve generic netlink family {name}",
                reply.Ok ? new NetlinkReply(Interop.Errno.NoEntry) : reply);
    }

    /// <summary>Reads the answer: generic header, then attributes. Null if it has no family id.</summary>
    internal static GenericFamily? Parse(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < NetlinkConstants.GenericHeaderSize)
        {
            return null;
        }

        ushort id = 0;
        var groups = new Dictionary<string, uint>();
        var attributes = new NetlinkAttributes(payload[NetlinkConstants.GenericHeaderSize..]);
        while (attributes.TryNext(out var attribute))
        {
            switch (attribute.Type)
            {
                case AttributeFamilyId:
                    id = attribute.U16;
                    break;
                case AttributeGroups:
                    ReadGroups(attribute.Nested, groups);
                    break;
            }
        }

        return id == 0 ? null : new GenericFamily(id, groups.ToFrozenDictionary());
    }

    private static void ReadGroups(NetlinkAttributes nest, Dictionary<string, uint> groups)
    {
        while (nest.TryNext(out var entry))
        {
            var name = "";
            uint id = 0;
            var fields = entry.Nested;
            while (fields.TryNext(out var field))
            {
                switch (field.Type)
                {
                    case AttributeGroupName:
                        name = field.Text;
                        break;
                    case AttributeGroupId:
                        id = field.U32;
                        break;
                }
            }

            groups[name] = id;
        }
    }
}
