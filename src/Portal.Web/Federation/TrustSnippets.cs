using Portal.Access.Federation;

namespace Portal.Web.Federation;

/// <summary>Pipelines that sign in by a trust, ready to be copied.</summary>
public static class TrustSnippets
{
    /// <summary>The snippet for a trust's kind.</summary>
    /// <param name="registry">Host and port.</param>
    /// <param name="robot">The robot's login; its dollar sign is kept from the shell.</param>
    public static string For(FederationTrust trust, string registry, string robot) => trust.Kind switch
    {
        IssuerKind.GitHub => $$"""
            permissions:
              id-token: write
            steps:
              - name: Sign in to the registry
                run: |
                  token=$(curl -sSf -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience={{Uri.EscapeDataString(trust.Audience)}}" | jq -r .value)
                  echo "::add-mask::$token"
                  echo "$token" | docker login {{registry}} -u '{{robot}}' --password-stdin
            """,
        IssuerKind.GitLab => $$"""
            publish:
              id_tokens:
                REGISTRY_TOKEN:
                  aud: {{trust.Audience}}
              script:
                - echo "$REGISTRY_TOKEN" | docker login {{registry}} -u '{{robot}}' --password-stdin
            """,
        IssuerKind.Kubernetes => $$"""
            volumes:
              - name: registry-token
                projected:
                  sources:
                    - serviceAccountToken: { path: token, audience: {{trust.Audience}}, expirationSeconds: 3600 }
            # in the container, with the volume at /var/run/registry:
            #   docker login {{registry}} -u '{{robot}}' --password-stdin < /var/run/registry/token
            """,
        _ => $$"""
            curl -sSf https://{{registry}}/service/token/exchange \
              -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
              -d subject_token_type=urn:ietf:params:oauth:token-type:jwt \
              --data-urlencode subject_token="$TOKEN" --data-urlencode 'robot={{robot}}' \
              --data-urlencode scope='repository:PROJECT/NAME:pull,push'
            """,
    };
}
