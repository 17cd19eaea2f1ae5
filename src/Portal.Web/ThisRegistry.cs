using Microsoft.AspNetCore.Components;
using Portal.Web.Kit;

namespace Portal.Web;

/// <summary>This registry as clients address it: the host that the reader's browser uses.</summary>
static class ThisRegistry
{
    public static RegistryAddress Of(NavigationManager navigation)
    {
        var address = new Uri(navigation.BaseUri);
        return new(address.Authority, address.Scheme == Uri.UriSchemeHttp);
    }
}
