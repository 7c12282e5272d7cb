<?php
/*
 * Loads Horde_SyncMl as Debian installs it. The packages were written for PHP 5; PHP 8 runs them once a few declarations
 * are amended, which happens in memory: each class file is read, changed where the table below says so, and evaluated.
 */

const HORDE = '/usr/share/php/';

/** By class: what is written there, and what PHP 8 needs instead. */
const AMENDMENTS = [
    // Called as Class::method(), which PHP 8 allows of static methods alone.
    'Horde_SyncMl_XmlOutput' => ['public function &singleton(' => 'public static function &singleton('],
    'Horde_SyncMl_Command' => ['public function &factory(' => 'public static function &factory('],
    'Horde_SyncMl_Device' => ['public function factory(' => 'public static function factory('],
    // The encoder as it is knows no SyncML but 1.2: see encoder.php.
    'Horde_SyncMl_ContentHandler' => ['new Horde_Xml_Wbxml_Encoder(' => 'new VersionedEncoder('],
    'Horde_Xml_Wbxml_Encoder' => ['new Horde_Xml_Wbxml_Encoder(' => 'new static('],
];

spl_autoload_register(function (string $class): void {
    if ($class === 'VersionedEncoder') {
        require __DIR__ . '/encoder.php';
        return;
    }
    $file = HORDE . strtr($class, '_', '/') . '.php';
    if (!str_starts_with($class, 'Horde_') || !is_file($file)) {
        return;
    }
    $source = file_get_contents($file);
    foreach (AMENDMENTS[$class] ?? [] as $written => $needed) {
        if (!str_contains($source, $written)) {
            throw new LogicException("$file is not the version that engine.php knows: no \"$written\"");
        }
        $source = str_replace($written, $needed, $source);
    }
    eval('?>' . $source);
});

/** How a backend tells the engine that something cannot be done. The engine asks for no more of PEAR than this. */
class PEAR_Error
{
    public function __construct(public string $message)
    {
    }

    public function getMessage(): string
    {
        return $this->message;
    }
}
