using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Portal.Data.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "artifacts");

            migrationBuilder.EnsureSchema(
                name: "access");

            migrationBuilder.EnsureSchema(
                name: "data");

            migrationBuilder.EnsureSchema(
                name: "audit");

            migrationBuilder.EnsureSchema(
                name: "projects");

            migrationBuilder.CreateTable(
                name: "blob",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    FirstSeenAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_blob", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "change",
                schema: "data",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Topic = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Key = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_change", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "data_protection_key",
                schema: "data",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    Xml = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_data_protection_key", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "event",
                schema: "audit",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Actor = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    ActorUserId = table.Column<int>(type: "integer", nullable: true),
                    Action = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    ResourceType = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    Resource = table.Column<string>(type: "character varying(600)", maxLength: 600, nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    Address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Client = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false),
                    Success = table.Column<bool>(type: "boolean", nullable: false),
                    Before = table.Column<string>(type: "jsonb", nullable: true),
                    After = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_event", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "manifest",
                schema: "artifacts",
                columns: table => new
                {
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    MediaType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Content = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_manifest", x => x.Digest);
                });

            migrationBuilder.CreateTable(
                name: "project",
                schema: "projects",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(280)", maxLength: 280, nullable: false, collation: "C"),
                    Description = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: false),
                    Public = table.Column<bool>(type: "boolean", nullable: false),
                    OwnerId = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    DeletedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    AuditPulls = table.Column<bool>(type: "boolean", nullable: false),
                    AuditPushes = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_project", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "role",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Title = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Description = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: false),
                    BuiltIn = table.Column<bool>(type: "boolean", nullable: false),
                    HarborId = table.Column<int>(type: "integer", nullable: true),
                    Strength = table.Column<int>(type: "integer", nullable: false),
                    Everything = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_role", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "shared_key",
                schema: "data",
                columns: table => new
                {
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Protected = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_shared_key", x => x.Name);
                });

            migrationBuilder.CreateTable(
                name: "sign_in_failure",
                schema: "access",
                columns: table => new
                {
                    Key = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Count = table.Column<int>(type: "integer", nullable: false),
                    LastAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    BlockedUntil = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sign_in_failure", x => x.Key);
                });

            migrationBuilder.CreateTable(
                name: "user",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    DisplayName = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Comment = table.Column<string>(type: "character varying(1024)", maxLength: 1024, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    DisabledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Deleted = table.Column<bool>(type: "boolean", nullable: false),
                    MustChangePassword = table.Column<bool>(type: "boolean", nullable: false),
                    LastSignInAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    UserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedUserName = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    Email = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    NormalizedEmail = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: true),
                    EmailConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    PasswordHash = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    SecurityStamp = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    ConcurrencyStamp = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    PhoneNumber = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    PhoneNumberConfirmed = table.Column<bool>(type: "boolean", nullable: false),
                    TwoFactorEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    LockoutEnd = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LockoutEnabled = table.Column<bool>(type: "boolean", nullable: false),
                    AccessFailedCount = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "project_blob",
                schema: "artifacts",
                columns: table => new
                {
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    BlobId = table.Column<long>(type: "bigint", nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_project_blob", x => new { x.ProjectId, x.BlobId });
                    table.ForeignKey(
                        name: "FK_project_blob_blob_BlobId",
                        column: x => x.BlobId,
                        principalSchema: "artifacts",
                        principalTable: "blob",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_project_blob_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "repository",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    Name = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, collation: "C"),
                    Description = table.Column<string>(type: "character varying(16384)", maxLength: 16384, nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    LastPushedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    LastPulledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    PullCount = table.Column<long>(type: "bigint", nullable: false),
                    DeletionId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_repository", x => x.Id);
                    table.ForeignKey(
                        name: "FK_repository_project_ProjectId",
                        column: x => x.ProjectId,
                        principalSchema: "projects",
                        principalTable: "project",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "binding",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    SubjectKind = table.Column<int>(type: "integer", nullable: false),
                    SubjectId = table.Column<int>(type: "integer", nullable: false),
                    RoleId = table.Column<int>(type: "integer", nullable: false),
                    ProjectId = table.Column<int>(type: "integer", nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    UpdatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    CreatedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_binding", x => x.Id);
                    table.ForeignKey(
                        name: "FK_binding_role_RoleId",
                        column: x => x.RoleId,
                        principalSchema: "access",
                        principalTable: "role",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "role_permission",
                schema: "access",
                columns: table => new
                {
                    RoleId = table.Column<int>(type: "integer", nullable: false),
                    Resource = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false),
                    Action = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_role_permission", x => new { x.RoleId, x.Resource, x.Action });
                    table.ForeignKey(
                        name: "FK_role_permission_role_RoleId",
                        column: x => x.RoleId,
                        principalSchema: "access",
                        principalTable: "role",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "session",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    UserId = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    LastSeenAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    EndedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Client = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_session", x => x.Id);
                    table.ForeignKey(
                        name: "FK_session_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_claim",
                schema: "access",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    UserId = table.Column<int>(type: "integer", nullable: false),
                    ClaimType = table.Column<string>(type: "text", nullable: true),
                    ClaimValue = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_claim", x => x.Id);
                    table.ForeignKey(
                        name: "FK_user_claim_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_login",
                schema: "access",
                columns: table => new
                {
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    ProviderKey = table.Column<string>(type: "text", nullable: false),
                    ProviderDisplayName = table.Column<string>(type: "text", nullable: true),
                    UserId = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_login", x => new { x.LoginProvider, x.ProviderKey });
                    table.ForeignKey(
                        name: "FK_user_login_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "user_token",
                schema: "access",
                columns: table => new
                {
                    UserId = table.Column<int>(type: "integer", nullable: false),
                    LoginProvider = table.Column<string>(type: "text", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: false),
                    Value = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_user_token", x => new { x.UserId, x.LoginProvider, x.Name });
                    table.ForeignKey(
                        name: "FK_user_token_user_UserId",
                        column: x => x.UserId,
                        principalSchema: "access",
                        principalTable: "user",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "artifact",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    MediaType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    ArtifactType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    ManifestSize = table.Column<int>(type: "integer", nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    SubjectDigest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: true, collation: "C"),
                    Os = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Architecture = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Variant = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    OsVersion = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    BuiltAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Author = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    Annotations = table.Column<string>(type: "jsonb", nullable: true),
                    PushedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    PushedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    LastPulledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    PullCount = table.Column<long>(type: "bigint", nullable: false),
                    DeletionId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_artifact", x => x.Id);
                    table.ForeignKey(
                        name: "FK_artifact_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "deletion",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    ProjectId = table.Column<int>(type: "integer", nullable: false),
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Actor = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    RestoredAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_deletion", x => x.Id);
                    table.ForeignKey(
                        name: "FK_deletion_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "push_intent",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uuid", nullable: false),
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    TagName = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: true, collation: "C"),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    MediaType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ActorUserId = table.Column<int>(type: "integer", nullable: true),
                    Actor = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Address = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    Client = table.Column<string>(type: "character varying(256)", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_push_intent", x => x.Id);
                    table.ForeignKey(
                        name: "FK_push_intent_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "repository_blob",
                schema: "artifacts",
                columns: table => new
                {
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    BlobId = table.Column<long>(type: "bigint", nullable: false),
                    LinkedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_repository_blob", x => new { x.RepositoryId, x.BlobId });
                    table.ForeignKey(
                        name: "FK_repository_blob_blob_BlobId",
                        column: x => x.BlobId,
                        principalSchema: "artifacts",
                        principalTable: "blob",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_repository_blob_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "tag_event",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    TagName = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false, collation: "C"),
                    Action = table.Column<int>(type: "integer", nullable: false),
                    Digest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    PreviousDigest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: true, collation: "C"),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    Actor = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    DeletionId = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tag_event", x => x.Id);
                    table.ForeignKey(
                        name: "FK_tag_event_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "artifact_blob",
                schema: "artifacts",
                columns: table => new
                {
                    ArtifactId = table.Column<long>(type: "bigint", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    BlobId = table.Column<long>(type: "bigint", nullable: false),
                    Role = table.Column<int>(type: "integer", nullable: false),
                    MediaType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Annotations = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_artifact_blob", x => new { x.ArtifactId, x.Position });
                    table.ForeignKey(
                        name: "FK_artifact_blob_artifact_ArtifactId",
                        column: x => x.ArtifactId,
                        principalSchema: "artifacts",
                        principalTable: "artifact",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_artifact_blob_blob_BlobId",
                        column: x => x.BlobId,
                        principalSchema: "artifacts",
                        principalTable: "blob",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "artifact_child",
                schema: "artifacts",
                columns: table => new
                {
                    ParentId = table.Column<long>(type: "bigint", nullable: false),
                    Position = table.Column<int>(type: "integer", nullable: false),
                    ChildDigest = table.Column<string>(type: "character varying(135)", maxLength: 135, nullable: false, collation: "C"),
                    MediaType = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    Size = table.Column<long>(type: "bigint", nullable: false),
                    Os = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Architecture = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Variant = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    OsVersion = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: true),
                    Annotations = table.Column<string>(type: "jsonb", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_artifact_child", x => new { x.ParentId, x.Position });
                    table.ForeignKey(
                        name: "FK_artifact_child_artifact_ParentId",
                        column: x => x.ParentId,
                        principalSchema: "artifacts",
                        principalTable: "artifact",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "artifact_config",
                schema: "artifacts",
                columns: table => new
                {
                    ArtifactId = table.Column<long>(type: "bigint", nullable: false),
                    Json = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_artifact_config", x => x.ArtifactId);
                    table.ForeignKey(
                        name: "FK_artifact_config_artifact_ArtifactId",
                        column: x => x.ArtifactId,
                        principalSchema: "artifacts",
                        principalTable: "artifact",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "tag",
                schema: "artifacts",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    RepositoryId = table.Column<long>(type: "bigint", nullable: false),
                    ArtifactId = table.Column<long>(type: "bigint", nullable: false),
                    Name = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false, collation: "C"),
                    PushedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    PushedBy = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    LastPulledAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    PullCount = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tag", x => x.Id);
                    table.ForeignKey(
                        name: "FK_tag_artifact_ArtifactId",
                        column: x => x.ArtifactId,
                        principalSchema: "artifacts",
                        principalTable: "artifact",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "FK_tag_repository_RepositoryId",
                        column: x => x.RepositoryId,
                        principalSchema: "artifacts",
                        principalTable: "repository",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_artifact_Digest",
                schema: "artifacts",
                table: "artifact",
                column: "Digest");

            migrationBuilder.CreateIndex(
                name: "IX_artifact_ProjectId_PushedAt",
                schema: "artifacts",
                table: "artifact",
                columns: new[] { "ProjectId", "PushedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_artifact_RepositoryId_Digest",
                schema: "artifacts",
                table: "artifact",
                columns: new[] { "RepositoryId", "Digest" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_artifact_RepositoryId_PushedAt_Id",
                schema: "artifacts",
                table: "artifact",
                columns: new[] { "RepositoryId", "PushedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_artifact_RepositoryId_SubjectDigest",
                schema: "artifacts",
                table: "artifact",
                columns: new[] { "RepositoryId", "SubjectDigest" });

            migrationBuilder.CreateIndex(
                name: "IX_artifact_blob_BlobId",
                schema: "artifacts",
                table: "artifact_blob",
                column: "BlobId");

            migrationBuilder.CreateIndex(
                name: "IX_artifact_child_ChildDigest",
                schema: "artifacts",
                table: "artifact_child",
                column: "ChildDigest");

            migrationBuilder.CreateIndex(
                name: "IX_binding_ProjectId_SubjectKind_SubjectId",
                schema: "access",
                table: "binding",
                columns: new[] { "ProjectId", "SubjectKind", "SubjectId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_binding_RoleId",
                schema: "access",
                table: "binding",
                column: "RoleId");

            migrationBuilder.CreateIndex(
                name: "IX_binding_SubjectKind_SubjectId",
                schema: "access",
                table: "binding",
                columns: new[] { "SubjectKind", "SubjectId" });

            migrationBuilder.CreateIndex(
                name: "IX_blob_Digest",
                schema: "artifacts",
                table: "blob",
                column: "Digest",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_change_At",
                schema: "data",
                table: "change",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_deletion_ProjectId_At",
                schema: "artifacts",
                table: "deletion",
                columns: new[] { "ProjectId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_deletion_RepositoryId",
                schema: "artifacts",
                table: "deletion",
                column: "RepositoryId");

            migrationBuilder.CreateIndex(
                name: "IX_event_Action_Id",
                schema: "audit",
                table: "event",
                columns: new[] { "Action", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_event_Actor_Id",
                schema: "audit",
                table: "event",
                columns: new[] { "Actor", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_event_ProjectId_Id",
                schema: "audit",
                table: "event",
                columns: new[] { "ProjectId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_project_Name",
                schema: "projects",
                table: "project",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_project_blob_BlobId",
                schema: "artifacts",
                table: "project_blob",
                column: "BlobId");

            migrationBuilder.CreateIndex(
                name: "IX_push_intent_At",
                schema: "artifacts",
                table: "push_intent",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_push_intent_RepositoryId",
                schema: "artifacts",
                table: "push_intent",
                column: "RepositoryId");

            migrationBuilder.CreateIndex(
                name: "IX_repository_ProjectId_Name",
                schema: "artifacts",
                table: "repository",
                columns: new[] { "ProjectId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_repository_blob_BlobId",
                schema: "artifacts",
                table: "repository_blob",
                column: "BlobId");

            migrationBuilder.CreateIndex(
                name: "IX_role_Name",
                schema: "access",
                table: "role",
                column: "Name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_session_ExpiresAt",
                schema: "access",
                table: "session",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_session_UserId_EndedAt",
                schema: "access",
                table: "session",
                columns: new[] { "UserId", "EndedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_sign_in_failure_LastAt",
                schema: "access",
                table: "sign_in_failure",
                column: "LastAt");

            migrationBuilder.CreateIndex(
                name: "IX_tag_ArtifactId",
                schema: "artifacts",
                table: "tag",
                column: "ArtifactId");

            migrationBuilder.CreateIndex(
                name: "IX_tag_RepositoryId_Name",
                schema: "artifacts",
                table: "tag",
                columns: new[] { "RepositoryId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_tag_event_DeletionId",
                schema: "artifacts",
                table: "tag_event",
                column: "DeletionId");

            migrationBuilder.CreateIndex(
                name: "IX_tag_event_RepositoryId_Id",
                schema: "artifacts",
                table: "tag_event",
                columns: new[] { "RepositoryId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_tag_event_RepositoryId_TagName_Id",
                schema: "artifacts",
                table: "tag_event",
                columns: new[] { "RepositoryId", "TagName", "Id" });

            migrationBuilder.CreateIndex(
                name: "EmailIndex",
                schema: "access",
                table: "user",
                column: "NormalizedEmail");

            migrationBuilder.CreateIndex(
                name: "UserNameIndex",
                schema: "access",
                table: "user",
                column: "NormalizedUserName",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_user_claim_UserId",
                schema: "access",
                table: "user_claim",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_user_login_UserId",
                schema: "access",
                table: "user_login",
                column: "UserId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "artifact_blob",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "artifact_child",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "artifact_config",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "binding",
                schema: "access");

            migrationBuilder.DropTable(
                name: "change",
                schema: "data");

            migrationBuilder.DropTable(
                name: "data_protection_key",
                schema: "data");

            migrationBuilder.DropTable(
                name: "deletion",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "event",
                schema: "audit");

            migrationBuilder.DropTable(
                name: "manifest",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "project_blob",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "push_intent",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "repository_blob",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "role_permission",
                schema: "access");

            migrationBuilder.DropTable(
                name: "session",
                schema: "access");

            migrationBuilder.DropTable(
                name: "shared_key",
                schema: "data");

            migrationBuilder.DropTable(
                name: "sign_in_failure",
                schema: "access");

            migrationBuilder.DropTable(
                name: "tag",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "tag_event",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "user_claim",
                schema: "access");

            migrationBuilder.DropTable(
                name: "user_login",
                schema: "access");

            migrationBuilder.DropTable(
                name: "user_token",
                schema: "access");

            migrationBuilder.DropTable(
                name: "blob",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "role",
                schema: "access");

            migrationBuilder.DropTable(
                name: "artifact",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "user",
                schema: "access");

            migrationBuilder.DropTable(
                name: "repository",
                schema: "artifacts");

            migrationBuilder.DropTable(
                name: "project",
                schema: "projects");
        }
    }
}
