import { GITLEAKS, page, SECRETLINT, type TokenRow } from './row.ts';

const WORD = '[A-Za-z0-9_-]';
/** Condition that excludes names of several words, such as `live_dashboard_of_orders`. The bound limits backtracking. */
const HAS_DIGIT = '(?=[A-Za-z_-]{0,40}\\d)';
/** Condition that excludes names such as `pk_table_customer`, but not keys without digits. The bounds limit backtracking. */
const HAS_DIGIT_OR_LONG_WORD = '(?=[A-Za-z_-]{0,60}\\d|[A-Za-z_]{0,30}[A-Za-z]{20})';
/** First digits of tokens that begin with a number. Their pattern continues with the second digit. */
const FIRST_DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Rules for keys of services for payment, mail, chat and shops: id, beginnings, pattern of the rest, and source. */
export const BUSINESS_TOKENS: readonly TokenRow[] = [
  [
    'stripe-key',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_', 'pk_live_', 'pk_test_'],
    '[A-Za-z0-9_]{10,}',
    page('docs.stripe.com/keys'),
  ],
  ['stripe-webhook-secret', ['whsec_', 'whsec-'], '[A-Za-z0-9+/=_-]{16,}', page('docs.stripe.com/webhooks')],
  [
    'underscored-key',
    ['sk_', 'pk_', 'rk_'],
    `${HAS_DIGIT_OR_LONG_WORD}${WORD}{16,}`,
    page('clerk.com/docs/deployments/clerk-environment-variables'),
  ],
  ['square-token', ['EAAA', 'sq0atp-', 'sq0csp-', 'sq0idp-'], `${WORD}{22,}`, GITLEAKS],
  [
    'paypal-token',
    ['access_token$production$', 'access_token$sandbox$'],
    '[A-Za-z0-9$]{20,}',
    page('developer.paypal.com/braintree/docs'),
  ],
  ['adyen-key', ['AQE'], '[A-Za-z0-9]{3}[A-Za-z0-9+/=.-]{60,}', GITLEAKS],
  [
    'razorpay-key',
    ['rzp_live_', 'rzp_test_'],
    '[A-Za-z0-9]{14}',
    page('razorpay.com/docs/api/authentication'),
  ],
  [
    'flutterwave-key',
    ['FLWSECK_TEST-', 'FLWSECK-', 'FLWPUBK_TEST-', 'FLWPUBK-'],
    '[A-Za-z0-9]{12,}(?:-X)?',
    GITLEAKS,
  ],
  ['gocardless-token', ['live_', 'sandbox_'], `${HAS_DIGIT}[A-Za-z0-9_=-]{40,}`, GITLEAKS],
  [
    'plaid-token',
    ['access-sandbox-', 'access-development-', 'access-production-'],
    '[0-9a-f-]{36}',
    GITLEAKS,
  ],
  [
    'shopify-token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shpua_', 'shptka_'],
    '[A-Za-z0-9]{32,}',
    SECRETLINT,
  ],
  ['shippo-token', ['shippo_live_', 'shippo_test_'], '[0-9a-fA-F]{40}', GITLEAKS],
  ['easypost-key', ['EZAK', 'EZTK'], '[A-Za-z0-9]{54}', GITLEAKS],
  ['duffel-token', ['duffel_test_', 'duffel_live_'], '[A-Za-z0-9_=-]{30,}', GITLEAKS],
  ['lob-key', ['live_pub_', 'test_pub_', 'live_', 'test_'], '[0-9a-f]{31,}', GITLEAKS],
  ['frameio-token', ['fio-u-'], '[A-Za-z0-9_=-]{60,}', GITLEAKS],
  [
    'hubspot-token',
    ['pat-na1-', 'pat-eu1-', 'pat-na2-', 'pat-ap1-'],
    '[0-9a-f-]{36}',
    page('developers.hubspot.com/docs/apps/legacy-apps/private-apps'),
  ],
  ['intercom-token', ['dG9rO'], '[A-Za-z0-9+/=]{40,}', page('developers.intercom.com')],
  ['sendgrid-key', ['SG.'], `${WORD}{16,80}\\.${WORD}{16,}`, SECRETLINT],
  ['brevo-key', ['xkeysib-', 'xsmtpsib-'], '[0-9a-f]{40,}-[A-Za-z0-9]{16}', GITLEAKS],
  ['resend-key', ['re_'], '[A-Za-z0-9]{8}_[A-Za-z0-9]{24}', page('resend.com/docs/api-reference')],
  ['mailgun-key', ['key-', 'pubkey-'], '[0-9a-f]{32}(?![0-9a-zA-Z])', GITLEAKS],
  ['mailersend-key', ['mlsn.'], '[A-Za-z0-9]{60,}', page('developers.mailersend.com')],
  [
    'mandrill-key',
    ['md-'],
    '[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])',
    page('mailchimp.com/developer/transactional'),
  ],
  ['twilio-key', ['SK'], '[0-9a-f]{32}(?![0-9a-zA-Z])', GITLEAKS],
  [
    'slack-token',
    ['xoxb-', 'xoxp-', 'xoxa-', 'xoxe-', 'xoxo-', 'xoxr-', 'xoxs-', 'xoxc-', 'xoxd-'],
    '[A-Za-z0-9%+/=-]{10,}',
    page('docs.slack.dev/authentication/tokens'),
  ],
  ['slack-configuration-token', ['xoxe.xoxb-', 'xoxe.xoxp-'], '[A-Za-z0-9-]{10,}', SECRETLINT],
  ['slack-app-token', ['xapp-', 'xwfp-'], '[A-Za-z0-9-]{20,}', SECRETLINT],
  ['slack-webhook', ['hooks.slack.com/'], '(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,}', SECRETLINT],
  [
    'discord-webhook',
    ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/', 'canary.discord.com/api/webhooks/'],
    '\\d{15,22}/[A-Za-z0-9_-]{40,}',
    page('docs.discord.com/developers/resources/webhook'),
  ],
  [
    'discord-bot-token',
    ['M', 'N', 'O'],
    '[A-Za-z0-9_-]{23,28}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}',
    page('docs.discord.com/developers/reference'),
  ],
  ['telegram-bot-token', FIRST_DIGITS, '\\d{6,9}:A[A-Za-z0-9_-]{34}', page('core.telegram.org/bots/api')],
  ['telegram-bot-url', ['bot'], '\\d{7,10}:A[A-Za-z0-9_-]{34}', page('core.telegram.org/bots/api')],
  ['mattermost-webhook', ['hooks.mattermost.com/'], '[A-Za-z0-9/]{20,}', page('developers.mattermost.com')],
  ['settlemint-token', ['sm_aat_', 'sm_pat_', 'sm_sat_'], '[A-Za-z0-9]{16}', GITLEAKS],
  ['facebook-token', ['EAAM', 'EAAC', 'EAAG', 'EAAJ', 'EAAB'], '[A-Za-z0-9]{60,}', GITLEAKS],
  ['twitter-bearer', ['AAAAAAAAAAAAAAAAAAAAA'], '[A-Za-z0-9%]{60,}', GITLEAKS],
  ['twitch-token', ['oauth:'], '[a-z0-9]{30}(?![A-Za-z0-9])', page('dev.twitch.tv/docs/authentication')],
  [
    'mapbox-token',
    ['sk.eyJ', 'pk.eyJ', 'tk.eyJ'],
    `${WORD}{20,400}\\.${WORD}{16,}`,
    page('docs.mapbox.com/help/dive-deeper/access-tokens'),
  ],
  ['linkedin-secret', ['WPL_AP1.', 'WPL_AP0.'], '[A-Za-z0-9=.]{16,}', page('learn.microsoft.com/linkedin')],
  ['adobe-secret', ['p8e-'], '[A-Za-z0-9_-]{32,}', GITLEAKS],
  ['facebook-app-token', FIRST_DIGITS, '\\d{14,15}\\|[A-Za-z0-9_-]{27,40}', GITLEAKS],
  [
    'mailchimp-key',
    '0 1 2 3 4 5 6 7 8 9 a b c d e f'.split(' '),
    '[0-9a-f]{31}-us\\d{1,2}(?![0-9a-zA-Z])',
    page('mailchimp.com/developer/marketing/docs/fundamentals'),
  ],
];
