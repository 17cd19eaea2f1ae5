namespace Portal.Web.Kit;

/// <summary>How grave a notice is.</summary>
public enum NoticeTone { Info, Warn, Bad }

/// <summary>The state of a run or a switch, with its icon and colour.</summary>
public enum PillStatus { Waiting, Running, Succeeded, Partly, Failed, Stopped, Off }

/// <summary>Why a page or a part of it has nothing to show.</summary>
public enum ErrorStateKind { Failed, NotFound, Forbidden, Unavailable }

/// <summary>How much a role may do: the filled part of its square. Custom roles have a dashed square.</summary>
public enum RoleLevel { Custom = 0, LimitedGuest = 8, Guest = 20, Developer = 60, Maintainer = 80, Administrator = 100 }

/// <summary>Where the text of a column stands.</summary>
public enum ColumnAlign { Start, End }
