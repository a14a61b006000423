"""Icons as paths: 24 units, two units of round stroke, always beside a word."""

ICONS = {
    "alert": '<path d="M12 3.500L21.500 20H2.500zM12 10v5M12 17.500v.1"/>',
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "beside": '<circle cx="8" cy="12" r="5"/><path d="M18 5v14"/>',
    "book": '<path d="M12 6.500C10 5 7 4.5 4 4.500v14c3 0 6 .5 8 2 2-1.5 5-2 8-2v-14c-3 0-6 .5-8 2zM12 6.500v14"/>',
    "calendar": '<rect x="4" y="5" width="16" height="15" rx="2"/><path d="M4 10h16M8 3v4M16 3v4"/>',
    "certificate": '<circle cx="12" cy="9.500" r="5.500"/><path d="M8.5 14L7 21l5-2.500L17 21l-1.500-7"/>',
    "chart": '<path d="M4 20h16M7 16v-4M12 16V6M17 16v-7"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>',
    "download": '<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>',
    "edit": '<path d="M4 20l1-4.500L16 4.500a2.1 2.1 0 0 1 3 0l.5.5a2.1 2.1 0 0 1 0 3L8.5 19 4 20zM14 6.500l3.5 3.500"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "file": '<path d="M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.500v.1"/>',
    "key": '<circle cx="8" cy="14" r="4.500"/><path d="M11.500 10.800L19 4M16 6.800l2.500 2.700"/>',
    "leave": '<path d="M13 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h7M11 12h10M17 8l4 4-4 4"/>',
    "lock": '<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
    "mail": '<rect x="3" y="6" width="18" height="13" rx="2"/><path d="M4 7.500l8 6 8-6"/>',
    "people": (
        '<circle cx="8.500" cy="8.500" r="3.500"/>'
        '<path d="M2.500 20a6 6 0 0 1 12 0M15.500 5.500a3.500 3.500 0 0 1 0 6.500M17.500 14.500a6 6 0 0 1 4 5.500"/>'
    ),
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.500 20.500a7.500 7.500 0 0 1 15 0"/>',
    "phone": (
        '<path d="M6 3h3.500l1.5 5-2.2 1.600a11 11 0 0 0 5.6 5.600L16 13l5 1.500V18a3 3 0 0 1-3.2 '
        '3C10.5 20.5 3.5 13.5 3 6.200A3 3 0 0 1 6 3z"/>'
    ),
    "place": '<path d="M12 21c-4.5-4.6-7-8-7-11a7 7 0 0 1 14 0c0 3-2.5 6.400-7 11z"/><circle cx="12" cy="10" r="2.500"/>',
    "pound": (
        '<circle cx="12" cy="12" r="9"/><path d="M15 9.300a2.8 2.8 0 0 0-5.3 1.200V13c0 1.200-.5 2.200-1.2 3H15M8.5 13h4.500"/>'
    ),
    "print": '<path d="M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z"/>',
    "speech": '<path d="M4 5h16v11h-8l-5 4v-4H4z"/>',
    "tick": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "video": '<rect x="3" y="6" width="12" height="12" rx="2"/><path d="M15 11l6-3.500v9L15 13"/>',
}
