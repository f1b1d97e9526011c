using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Multipath.Standalone.Grpc.Tests.Protos;

namespace Multipath.Standalone.Grpc.Tests.Server;

public sealed class TlsTests
{
    [Fact]
    public async Task The_service_sees_the_client_certificate()
    {
        using var serverCertificate = Certificate("silo", "localhost");
        using var clientCertificate = Certificate("agent-7", "agent-7.fleet.example");
        await using var server = await StartAsync(serverCertificate);
        server.Behaviour.Unary = (_, context) => Task.FromResult(new EchoMessage
        {
            Text = string.Join(
                ' ',
                context.AuthContext.IsPeerAuthenticated,
                context.AuthContext.PeerIdentityPropertyName,
                context.AuthContext.PeerIdentity.Single().Value,
                context.AuthContext.FindPropertiesByName("x509_common_name").Single().Value,
                context.GetHttpContext().Connection.ClientCertificate!.Thumbprint),
        });

        var response = await Client(server, serverCertificate, clientCertificate).UnaryAsync(new EchoMessage());

        Assert.Equal(
            $"True x509_subject_alternative_name agent-7.fleet.example agent-7 {clientCertificate.Thumbprint}", response.Text);
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        using var serverCertificate = Certificate("silo", "localhost");
        await using var server = await StartAsync(serverCertificate);

        var e = await Assert.ThrowsAsync<RpcException>(
            async () => await Client(server, serverCertificate, null).UnaryAsync(new EchoMessage()));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
    }

    [Fact]
    public async Task A_server_of_another_certificate_is_not_spoken_to()
    {
        using var serverCertificate = Certificate("silo", "localhost");
        using var expected = Certificate("silo", "localhost");
        await using var server = await StartAsync(serverCertificate);

        var e = await Assert.ThrowsAsync<RpcException>(async () => await Client(server, expected, expected).UnaryAsync(new EchoMessage()));

        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
    }

    private static Task<EchoServer> StartAsync(X509Certificate2 certificate) =>
        EchoServer.StartAsync(listen: endpoint => endpoint.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        }));

    private static Echo.EchoClient Client(EchoServer server, X509Certificate2 expected, X509Certificate2? own) =>
        server.Client(options =>
        {
            options.DisposeHttpClient = true;
            options.HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                KeepAlivePingDelay = TimeSpan.FromSeconds(10),
                KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = own is null ? null : [own],
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate is X509Certificate2 seen && seen.Thumbprint == expected.Thumbprint,
                },
            };
        });

    private static X509Certificate2 Certificate(string commonName, string dnsName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={commonName}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(dnsName);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
